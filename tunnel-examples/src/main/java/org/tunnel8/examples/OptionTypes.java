package org.tunnel8.examples;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.tunnel8.DirectConsent;
import org.tunnel8.TunnelClient;
import org.tunnel8.crypto.LayerCiphers;
import org.tunnel8.examples.bench.ManyCircuitsBench;
import org.tunnel8.examples.fetch.TorrentSource;
import org.tunnel8.node.NodeRole;
import org.tunnel8.policy.Cidr;
import org.tunnel8.policy.DeniedTargets;
import org.tunnel8.policy.PortSet;
import org.tunnel8.simulation.Scenario;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Turns the texts of options into values, or says in half a sentence why not. */
final class OptionTypes {
    /** Checked whole: what is not quite an address in numbers, Java would look up as a name. */
    private static final Pattern IPV4 =
            Pattern.compile("OCTET(\\.OCTET){3}".replace("OCTET", "(25[0-5]|2[0-4]\\d|1?\\d?\\d)"));

    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:]+:[0-9A-Fa-f:.]*");
    /** A number of at most nine digits before the point, a prefix of units, and the unit itself. */
    private static final Pattern AMOUNT = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?) ?((?:[kKMGT]i?)?)(B|bit)");

    /** Seconds, minutes or hours; a day has 86,400 seconds. */
    private static final Pattern SHORT_TIME = Pattern.compile("(\\d{1,5})([smh])");

    private static final String PREFIXES = "kmgt";
    /** More than any line carries in a year. */
    private static final BigDecimal MOST_BYTES = BigDecimal.valueOf(1L << 60);

    private static final int MAX_PORT = 65_535;
    private static final int LOWEST_FREE_PORT = 1_024;

    private OptionTypes() {}

    private abstract static class WholeNumber implements ITypeConverter<Integer> {
        private final int least;
        private final int most;

        WholeNumber(int least, int most) {
            this.least = least;
            this.most = most;
        }

        @Override
        public Integer convert(String text) {
            try {
                int value = Integer.parseInt(text);
                if (value >= least && value <= most) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Told below, like a number outside the range.
            }
            throw new TypeConversionException(
                    "must be a whole number from " + least + " to " + most + ", not '" + text + "'");
        }
    }

    /** A circuit has one to three hops. */
    static final class Hops extends WholeNumber {
        Hops() {
            super(1, 3);
        }
    }

    /** How many relays: none will do for one hop; a hundred nodes are a lot for one process. */
    static final class RelayCount extends WholeNumber {
        RelayCount() {
            super(0, 100);
        }
    }

    /** How many exits: without one no circuit leads anywhere. */
    static final class ExitCount extends WholeNumber {
        ExitCount() {
            super(1, 100);
        }
    }

    /** The size of a file to be made, up to 64 GiB. */
    static final class Mebibytes extends WholeNumber {
        Mebibytes() {
            super(1, 65_536);
        }
    }

    /** How many seeders share a speed. */
    static final class SeederCount extends WholeNumber {
        SeederCount() {
            super(1, 100);
        }
    }

    /** A speed in MiB/s; what is too slow for a machine is its own affair. */
    static final class Speed extends WholeNumber {
        Speed() {
            super(1, 1_000);
        }
    }

    /** The size of a datagram's payload: from uTP's header to what still fits into 2,048 bytes over three hops (D4). */
    static final class PayloadBytes extends WholeNumber {
        PayloadBytes() {
            super(20, 1_900);
        }
    }

    /** A duration in whole seconds, up to a year. */
    static final class Seconds extends WholeNumber {
        Seconds() {
            super(1, 31_536_000);
        }
    }

    /** For how long a user consents to direct connections: 24 hours at most. */
    static final class LeaseDuration implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            Matcher matcher = SHORT_TIME.matcher(text);
            if (matcher.matches()) {
                long amount = Long.parseLong(matcher.group(1));
                Duration duration = switch (matcher.group(2)) {
                    case "h" -> Duration.ofHours(amount);
                    case "m" -> Duration.ofMinutes(amount);
                    default -> Duration.ofSeconds(amount);
                };
                if (!duration.isZero() && duration.compareTo(DirectConsent.MAX_DURATION) <= 0) {
                    return duration;
                }
            }
            throw new TypeConversionException("must be a time like 90s, 30m or 1h, 24h at most, not '" + text + "'");
        }
    }

    /** How often to measure. */
    static final class Runs extends WholeNumber {
        Runs() {
            super(1, 1_000);
        }
    }

    /** How many circuits a node carries: at a kilobyte each, a gigabyte. */
    static final class CircuitCount extends WholeNumber {
        CircuitCount() {
            super(1, 1_000_000);
        }
    }

    /** How many circuits to build through one relay: ten are what it is compared with. */
    static final class MeasuredCircuits extends WholeNumber {
        MeasuredCircuits() {
            super(ManyCircuitsBench.FEW, 100_000);
        }
    }

    /** How many neighbours such a relay has on either side. */
    static final class NeighbourCount extends WholeNumber {
        NeighbourCount() {
            super(1, ManyCircuitsBench.MOST_NEIGHBOURS);
        }
    }

    /** A layer cipher that this machine has. */
    static final class CipherName implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            try {
                return LayerCiphers.named(text).name();
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    /** How many peers to know, from none of its own to more than a peer table holds. */
    static final class PeerCount extends WholeNumber {
        PeerCount() {
            super(1, 10_000);
        }
    }

    /** How many peers a simulated network has besides the measured client. */
    static final class SimulatedPeers extends WholeNumber {
        SimulatedPeers() {
            super(1, Scenario.MAX_PEERS);
        }
    }

    /** How many seeds to run. */
    static final class SeedCount extends WholeNumber {
        SeedCount() {
            super(1, 1_000_000);
        }
    }

    /** How many threads to use. */
    static final class ThreadCount extends WholeNumber {
        ThreadCount() {
            super(1, 256);
        }
    }

    /** A seed: any whole number that fits. */
    static final class Seed implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            try {
                return Long.valueOf(text);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("must be a whole number of at most 63 bits, not '" + text + "'");
            }
        }
    }

    /** A standing scenario by its name. */
    static final class StandingScenario implements ITypeConverter<Scenario> {
        @Override
        public Scenario convert(String text) {
            return Scenario.named(text)
                    .orElseThrow(() -> new TypeConversionException("must be of "
                            + String.join(
                                    ", ",
                                    Scenario.standing().stream()
                                            .map(Scenario::name)
                                            .toList())
                            + ", not '" + text + "'"));
        }
    }

    /** An IPv4 or IPv6 address; never a name, which would have to be looked up. */
    static final class IpAddress implements ITypeConverter<InetAddress> {
        @Override
        public InetAddress convert(String text) {
            return address(text, text);
        }
    }

    /** {@code IP:PORT} or {@code [IPV6]:PORT}, of somebody else: the port is not 0. */
    static final class RemoteEndpoint implements ITypeConverter<InetSocketAddress> {
        @Override
        public InetSocketAddress convert(String text) {
            InetSocketAddress endpoint = endpoint(text);
            if (endpoint.getPort() == 0) {
                throw new TypeConversionException("the port of '" + text + "' must not be 0");
            }
            return endpoint;
        }
    }

    /** {@code IP:PORT} or {@code [IPV6]:PORT}, to listen on; port 0 takes a free one (FR-001: none below 1024). */
    static final class ListenEndpoint implements ITypeConverter<InetSocketAddress> {
        @Override
        public InetSocketAddress convert(String text) {
            InetSocketAddress endpoint = endpoint(text);
            if (endpoint.getPort() > 0 && endpoint.getPort() < LOWEST_FREE_PORT) {
                throw new TypeConversionException("the port of '" + text + "' must be 0, for a free one, or "
                        + LOWEST_FREE_PORT + " to " + MAX_PORT);
            }
            return endpoint;
        }
    }

    /** A community's id: 40 hexadecimal digits, in lower case from here on. */
    static final class CommunityHex implements ITypeConverter<String> {
        private static final Pattern HEX = Pattern.compile("[0-9A-Fa-f]{40}");

        @Override
        public String convert(String text) {
            if (!HEX.matcher(text).matches()) {
                throw new TypeConversionException("must be 40 hexadecimal digits, not '" + text + "'");
            }
            return text.toLowerCase(Locale.ROOT);
        }
    }

    /** A role by its name on the command line: {@code exit-bt} for {@link NodeRole#EXIT_BT}. */
    static final class Role implements ITypeConverter<NodeRole> {
        @Override
        public NodeRole convert(String text) {
            List<String> names = new ArrayList<>();
            for (NodeRole role : NodeRole.values()) {
                String name = text(role);
                if (name.equals(text.strip())) {
                    return role;
                }
                names.add(name);
            }
            throw new TypeConversionException("must be of " + String.join(", ", names) + ", not '" + text + "'");
        }

        private static String text(NodeRole role) {
            return role.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** The roles as they are given, with commas. */
        static String text(Collection<NodeRole> roles) {
            return roles.stream().map(Role::text).collect(Collectors.joining(","));
        }
    }

    /** A block of addresses, as in {@code 10.0.0.0/8}. */
    static final class AddressBlock implements ITypeConverter<Cidr> {
        @Override
        public Cidr convert(String text) {
            try {
                return Cidr.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(
                        "must be a block of addresses such as 10.0.0.0/8, not '" + text + "'");
            }
        }
    }

    /** An amount of bytes, as in {@code 100GiB} or {@code 1.5TB}; decimal units are powers of ten, binary ones of two. */
    static final class Bytes implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            long bytes = amount(text, "B", 1);
            if (bytes < 1) {
                throw new TypeConversionException(
                        "must be an amount of bytes above 0 such as 100GiB or 500MB, not '" + text + "'");
            }
            return bytes;
        }
    }

    /** A rate, as in {@code 5MiB/s} or {@code 20Mbit/s}. */
    static final class BytesPerSecond implements ITypeConverter<Long> {
        private static final int LEAST = 1_024;
        private static final int BITS = 8;

        @Override
        public Long convert(String text) {
            String amount = text.endsWith("/s") ? text.substring(0, text.length() - 2) : "";
            long bytes = amount.endsWith("bit") ? amount(amount, "bit", BITS) : amount(amount, "B", 1);
            if (bytes < LEAST) {
                throw new TypeConversionException(
                        "must be a rate of at least 1KiB/s such as 5MiB/s, 800kB/s or 20Mbit/s, not '" + text + "'");
            }
            return bytes;
        }
    }

    /** The bytes of an amount with a unit; -1 if it is none, or too large. */
    private static long amount(String text, String unit, int partsOfByte) {
        Matcher matcher = AMOUNT.matcher(text);
        if (!matcher.matches() || !matcher.group(3).equals(unit)) {
            return -1;
        }
        String prefix = matcher.group(2);
        int power = prefix.isEmpty() ? 0 : 1 + PREFIXES.indexOf(Character.toLowerCase(prefix.charAt(0)));
        BigDecimal factor =
                BigDecimal.valueOf(prefix.endsWith("i") ? 1_024 : 1_000).pow(power);
        BigDecimal bytes = new BigDecimal(matcher.group(1))
                .multiply(factor)
                .divide(BigDecimal.valueOf(partsOfByte), 0, RoundingMode.FLOOR);
        return bytes.compareTo(MOST_BYTES) > 0 ? -1 : bytes.longValueExact();
    }

    /** Ports, as in {@code 80,1024-65535}. */
    static final class Ports implements ITypeConverter<PortSet> {
        @Override
        public PortSet convert(String text) {
            try {
                return PortSet.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(
                        "must be ports from 1 to " + MAX_PORT + " such as 80,1024-65535, not '" + text + "'");
            }
        }
    }

    /** Targets that are denied, as in {@code 203.0.113.0/24:25}. */
    static final class Denied implements ITypeConverter<DeniedTargets> {
        @Override
        public DeniedTargets convert(String text) {
            try {
                return DeniedTargets.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("must be a block of addresses, and perhaps ports, such as"
                        + " 203.0.113.0/24, 0.0.0.0/0:25 or [2001:db8::/32]:80, not '" + text + "'");
            }
        }
    }

    /** A torrent client by its name. */
    static final class ClientName implements ITypeConverter<FetchClient> {
        @Override
        public FetchClient convert(String text) {
            List<String> names = new ArrayList<>();
            for (FetchClient client : FetchClient.values()) {
                if (client.text().equals(text)) {
                    return client;
                }
                names.add(client.text());
            }
            throw new TypeConversionException("must be of " + String.join(", ", names) + ", not '" + text + "'");
        }
    }

    /** What to fetch: read at once, so that a bad one is told before anything starts. */
    static final class Source implements ITypeConverter<TorrentSource> {
        @Override
        public TorrentSource convert(String text) {
            try {
                return TorrentSource.of(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    /** A share of a node's places or creates. */
    static final class Places extends WholeNumber {
        Places() {
            super(1, 1_000_000);
        }
    }

    private static InetSocketAddress endpoint(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new TypeConversionException("must be IP:PORT, not '" + text + "'");
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new TypeConversionException("must be [IPV6]:PORT, with brackets, not '" + text + "'");
        }
        return new InetSocketAddress(address(host, text), port(text.substring(colon + 1), text));
    }

    private static int port(String digits, String text) {
        try {
            int port = Integer.parseInt(digits);
            if (port >= 0 && port <= MAX_PORT) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new TypeConversionException("must end with a port from 0 to " + MAX_PORT + ", not '" + text + "'");
    }

    private static InetAddress address(String host, String text) {
        if (IPV4.matcher(host).matches() || IPV6.matcher(host).matches()) {
            try {
                return InetAddress.getByName(host);
            } catch (UnknownHostException e) {
                // Told below: all digits, and still no address.
            }
        }
        throw new TypeConversionException("must have an IP address in numbers, not '" + text + "'");
    }

    /** Who may be a hop, or not; checked here, so that the message names the option. */
    static final class HopRule implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            try {
                TunnelClient.builder().denyHops(List.of(value));
                return value;
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
