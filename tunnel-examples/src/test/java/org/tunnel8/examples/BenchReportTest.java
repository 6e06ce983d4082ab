package org.tunnel8.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.tunnel8.examples.bench.CipherBench;
import org.tunnel8.examples.bench.CircuitBench;
import org.tunnel8.examples.bench.ManyCircuitsBench;
import org.tunnel8.examples.bench.ThroughputBench;

class BenchReportTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private BenchReport report(boolean json) {
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        return new BenchReport(new Report(new Surroundings(stream, stream, false, new StopSignal()), json));
    }

    private static void tellAll(BenchReport report) {
        report.heading();
        report.throughput(new ThroughputBench.Result(
                1, ThroughputBench.Direction.UP, 81.23456, 0.001, 2.71828, OptionalDouble.empty(), 3.14159));
        report.throughput(
                new ThroughputBench.Result(3, ThroughputBench.Direction.DOWN, 42, 0, 5, OptionalDouble.of(2.5), 3));
        report.cipher(new CipherBench.Result("jdk", 1300, 5.5, 6));
        report.circuits(new CircuitBench.Result(1, 120, 512.3456));
        report.relayRun(new ManyCircuitsBench.Run(10_000, 3.25, 150_000.4, 1_500, 2));
        report.manyCircuits(new ManyCircuitsBench.Result(10_000, "conscrypt", 900, 3.25, 2.5, 1.3, 3_000, 3));
    }

    @Test
    void eachFigureIsALineOfJson() {
        tellAll(report(true));
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("""
                        {"command":"bench","hops":1,"direction":"up","mbPerSecond":81.235,"lostShare":0.001,\
                        "microsPerPacket":{"client":2.718,"relay":null,"exit":3.142}}
                        {"command":"bench","hops":3,"direction":"down","mbPerSecond":42.0,"lostShare":0.0,\
                        "microsPerPacket":{"client":5.0,"relay":2.5,"exit":3.0}}
                        {"command":"bench","cipher":"jdk","payload":1300,"sealMicros":5.5,"openMicros":6.0}
                        {"command":"bench","hops":1,"circuits":120,"circuitsPerSecond":512.346}
                        {"command":"bench","relayCircuits":10000,"relayMicrosPerCell":3.25,\
                        "cellsPerSecond":150000,"cells":1500,"cellsLost":2}
                        {"command":"bench","circuits":10000,"cipher":"conscrypt","heapBytesPerCircuit":900,\
                        "relayMicrosPerCell":3.25,"relayMicrosPerCellAt10":2.5,"ratio":1.3,"cells":3000,"cellsLost":3}
                        """);
    }

    @Test
    void wordsComeInATable() {
        tellAll(report(false));
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains(
                        "hops  direction",
                        "81.23",
                        "0.10%",
                        "-",
                        "layer cipher jdk",
                        "circuits of 1 hop: 512",
                        "900 bytes of heap each",
                        "ratio 1.30");
    }
}
