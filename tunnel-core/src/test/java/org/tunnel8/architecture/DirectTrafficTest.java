package org.tunnel8.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.architecture.Accesses.anyMemberOf;
import static org.tunnel8.architecture.Accesses.methodsOf;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.tunnel8.direct.DirectConnection;
import org.tunnel8.direct.DirectOutside;
import org.tunnel8.direct.DirectSocket;
import org.tunnel8.direct.Permit;
import org.tunnel8.driver.NameResolver;
import org.tunnel8.transport.udp.UdpTransport;

/**
 * FR-022 as the code is built: who opens a socket, connects or looks a name up is listed here, and of those what leads to a
 * client's targets cannot be made without a permit, which leases alone make.
 */
class DirectTrafficTest {
    private static final String SOCKETS_OF_PROXY = "org.tunnel8.proxy.Sockets";
    private static final String NETTY_BOOTSTRAP = "io.netty.bootstrap.Bootstrap";
    private static final Set<String> JDK_OPENERS = Set.of(
            "java.net.Socket.<init>",
            "java.net.ServerSocket.<init>",
            "java.net.DatagramSocket.<init>",
            "java.net.MulticastSocket.<init>",
            "java.net.URL.openConnection",
            "java.net.URL.openStream",
            "java.net.http.HttpClient.newHttpClient",
            "java.net.http.HttpClient.newBuilder",
            "java.nio.channels.SocketChannel.open",
            "java.nio.channels.DatagramChannel.open",
            "java.nio.channels.ServerSocketChannel.open",
            "java.nio.channels.AsynchronousSocketChannel.open",
            "java.net.InetAddress.getAllByName");
    private static JavaClasses product;

    @BeforeAll
    static void importProduct() {
        product = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("org.tunnel8");
    }

    /** The top-level classes that make such an access. */
    private static Set<String> users(DescribedPredicate<? super JavaAccess<?>> access) {
        return product.stream()
                .filter(type -> type.getPackageName().startsWith("org.tunnel8"))
                .filter(type -> type.getAccessesFromSelf().stream().anyMatch(access::test))
                .map(DirectTrafficTest::outermost)
                .collect(Collectors.toSet());
    }

    private static String outermost(JavaClass type) {
        JavaClass outer = type;
        while (outer.getEnclosingClass().isPresent()) {
            outer = outer.getEnclosingClass().get();
        }
        return outer.getSimpleName();
    }

    private static DescribedPredicate<JavaAccess<?>> madeBy(Class<?> type) {
        return DescribedPredicate.describe(
                "new " + type.getSimpleName(),
                access -> access instanceof JavaConstructorCall
                        && access.getTarget().getOwner().isEquivalentTo(type));
    }

    @Test
    void udpSocketsAreThePortTheProxysTheExitsAndThoseOfFlowsUnderALease() {
        assertThat(users(methodsOf(UdpTransport.class, "bind")))
                .containsExactlyInAnyOrder("EngineDriver", "OutsideSockets", "LoopSockets", "DirectSocket");
    }

    @Test
    void connectionsAreMadeByExitsByStreamsUnderALeaseAndToTheApplicationItself() {
        assertThat(users(calls(NETTY_BOOTSTRAP, "connect")))
                .containsExactlyInAnyOrder("HttpConnections", "DirectConnection", "LoopSockets");
    }

    @Test
    void theProxyOpensSocketsForAssociationsAndForStreamsThatPeersBeginAlone() {
        assertThat(users(calls(SOCKETS_OF_PROXY, "bind"))).containsExactly("UdpAssociation");
        assertThat(users(calls(SOCKETS_OF_PROXY, "connect"))).containsExactly("InboundStreams");
    }

    private static DescribedPredicate<JavaAccess<?>> calls(String owner, String method) {
        return DescribedPredicate.describe(
                owner + "." + method,
                access -> access.getTarget().getOwner().getFullName().equals(owner)
                        && access.getTarget().getName().equals(method));
    }

    @Test
    void nobodyOpensSocketsOrLooksUpNamesPastThem() {
        Set<String> opening = users(DescribedPredicate.describe(
                "sockets and look-ups of the JDK",
                access -> JDK_OPENERS.contains(access.getTarget().getOwner().getFullName() + "."
                        + access.getTarget().getName())));
        // Whether an address can be bound is asked for a network of tests; the stand-in for a socket opens none.
        assertThat(opening).containsExactlyInAnyOrder("EmbeddedNetwork", "StreamBackedSocket", "NameResolver");
    }

    @Test
    void namesAreLookedUpForTheEngineAndUnderALease() {
        assertThat(users(anyMemberOf(NameResolver.class)))
                .containsExactlyInAnyOrder("NameResolver", "EngineEdge", "DirectOutside");
        assertThat(users(methodsOf(DirectOutside.class, "resolve")))
                .containsExactlyInAnyOrder("DirectSocket", "DirectConnection");
    }

    @Test
    void permitsAreMadeByLeasesAlone() {
        assertThat(users(madeBy(Permit.class))).containsExactly("DirectLeases");
        assertThat(users(DescribedPredicate.describe(
                        "DirectLeases.grant",
                        access -> access.getTarget().getOwner().getSimpleName().equals("DirectLeases")
                                && access.getTarget().getName().equals("grant"))))
                .containsExactly("TunnelClient");
    }

    @Test
    void nothingDirectIsMadeWithoutAPermit() {
        for (Class<?> type : List.of(DirectSocket.class, DirectConnection.class)) {
            assertThat(type.getDeclaredConstructors())
                    .allSatisfy(made -> assertThat(made.getParameterTypes()).contains(Permit.class));
        }
        assertThat(Arrays.stream(DirectOutside.class.getDeclaredMethods())
                        .filter(method -> method.getName().equals("resolve")))
                .singleElement()
                .satisfies(method -> assertThat(method.getParameterTypes()).contains(Permit.class));
    }

    @Test
    void leasesAreWrittenNowhere() {
        ArchRule rule = noClasses()
                .that()
                .resideInAPackage("org.tunnel8.direct..")
                .or()
                .haveNameMatching("org\\.tunnel8\\.Direct.*")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.io..", "java.nio.file..", "java.util.prefs..");
        rule.check(product);
    }
}
