package org.tunnel8.examples.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.PublicKey;

/** The relays of a {@link RelayProcess}, as who loads them sees them. Not thread-safe. */
final class RelayUnderTest implements AutoCloseable {
    private static final long END_SECONDS = 10;

    private final Process process;
    private final BufferedReader answers;
    private final PrintWriter questions;
    private final List<Relay> relays = new ArrayList<>();
    private String cipher = "";

    /** Where a relay listens, and its key. */
    record Relay(InetSocketAddress address, PublicKey key) {}

    /** What a relay's thread has done so far. */
    record Work(long cpuNanos, long cellsRelayed, int circuits) {}

    private RelayUnderTest(Process process) {
        this.process = process;
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.questions = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
    }

    /**
     * Starts the process, with this one's Java, class path and options of the virtual machine.
     *
     * @param circuits how many each relay is to carry
     * @param cipher the layer cipher; null for the fastest
     * @param addresses one for each relay
     */
    static RelayUnderTest start(int circuits, @Nullable String cipher, List<InetAddress> addresses) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("-X") || option.startsWith("--"))
                .forEach(command::add);
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(RelayProcess.class.getName());
        command.add(String.valueOf(circuits));
        command.add(cipher == null ? "-" : cipher);
        addresses.forEach(address -> command.add(address.getHostAddress()));
        RelayUnderTest started;
        try {
            started = new RelayUnderTest(new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException("the relay's process does not start", e);
        }
        try {
            for (InetAddress address : addresses) {
                started.readRelay(address);
            }
            return started;
        } catch (RuntimeException e) {
            started.close();
            throw e;
        }
    }

    private void readRelay(InetAddress address) {
        String[] words = answer();
        try {
            relays.add(new Relay(
                    new InetSocketAddress(address, Integer.parseInt(words[0])),
                    PublicKey.parse(HexFormat.of().parseHex(words[1]))));
        } catch (CryptoFailure e) {
            throw new IllegalStateException("a relay says that its key is none", e);
        }
        cipher = words[2];
    }

    Relay relay(int number) {
        return relays.get(number);
    }

    String cipher() {
        return cipher;
    }

    /** Bytes of the process's heap in use after a collection. */
    long heapBytes() {
        questions.println("heap");
        return Long.parseLong(answer()[0]);
    }

    Work work(int number) {
        questions.println("work " + number);
        String[] words = answer();
        return new Work(Long.parseLong(words[0]), Long.parseLong(words[1]), Integer.parseInt(words[2]));
    }

    private String[] answer() {
        try {
            String line = answers.readLine();
            if (line == null) {
                throw new IllegalStateException("the relay's process ended; what it says stands above");
            }
            return line.split(" ", -1);
        } catch (IOException e) {
            throw new UncheckedIOException("the relay's process does not answer", e);
        }
    }

    @Override
    public void close() {
        questions.close();
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
