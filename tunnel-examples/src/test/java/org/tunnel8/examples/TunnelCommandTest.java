package org.tunnel8.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TunnelCommandTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    '' | tunnel: a command is missing
                    dmo | there is no command 'dmo'
                    --json | unknown option: '--json'
                    demo --hops 0 | '--hops': must be a whole number from 1 to 3, not '0'
                    demo --hops 4 | not '4'
                    demo --hops two | not 'two'
                    demo --hops | missing required parameter for option '--hops'
                    demo --hops 2 --hops 3 | '--hops'
                    demo --hops 3 --relays 1 | --hops 3 needs at least --relays 2
                    demo --exits 0 | '--exits': must be a whole number from 1
                    demo --size 0 | '--size': must be a whole number from 1
                    demo --size 999999999999 | '--size'
                    demo --frobnicate | unknown option: '--frobnicate'
                    demo surplus | 'surplus'
                    endure --hops 3 --relays 2 | --hops 3 needs at least --relays 3
                    endure --exits 1 | --exits must be at least 2
                    endure --down 20 | --down 20 must be less than --every 20
                    endure --rate 0 | '--rate': must be a whole number from 1
                    endure --seeders 0 | '--seeders': must be a whole number from 1
                    fetch | missing required parameter: 'FILE.torrent|MAGNET'
                    fetch missing.torrent | there is no file 'missing.torrent', and it is no magnet URI
                    fetch magnet:?dn=x | names no version 1 info hash
                    fetch magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567 | the magnet URI names no peer, and no tracker that can be asked
                    fetch magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567&tr=https://t.example/ | the magnet URI names no peer, and no tracker that can be asked
                    fetch magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567 --client transmission | must be of libtorrent, bt, not 'transmission'
                    fetch magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567 --client bt --tcp-only | --tcp-only is for libtorrent
                    fetch magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567 --peer localhost:1 | must have an IP address in numbers
                    fetch magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567 --timeout 0 | '--timeout': must be a whole number from 1
                    node | missing required option: '--roles=
                    node --roles gateway | must be of relay, exit-bt, exit-ipv8, exit-http, exit-backup, speed-test, bootstrap, not 'gateway'
                    node --roles relay,,exit-bt | '--roles'
                    node --roles relay --listen 127.0.0.1 | must be IP:PORT
                    node --roles relay --listen 127.0.0.1:80 | must be 0, for a free one, or 1024 to 65535
                    node --roles relay --listen 127.0.0.1:70000 | a port from 0 to 65535
                    node --roles relay --listen example.org:7000 | must have an IP address in numbers
                    node --roles relay --listen 256.0.0.1:7000 | must have an IP address in numbers
                    node --roles relay --listen ::1:7000 | with brackets
                    node --roles relay --bootstrap 127.0.0.1:0 | must not be 0
                    node --roles relay --exit-bind here | must have an IP address in numbers
                    node --roles relay --exit-allow 10.0.0.0/99 | must be a block of addresses
                    node --roles relay --exit-ports 0 | must be ports from 1 to 65535
                    node --roles relay --exit-deny here | must be a block of addresses, and perhaps ports
                    node --roles relay --bandwidth 5MiB | must be a rate of at least 1KiB/s
                    node --roles relay --quota much --quota-file f | must be an amount of bytes above 0
                    node --roles relay --quota 1GB | --quota and --quota-file go together
                    node --roles relay --max-per-address 0 | '--max-per-address': must be a whole number from 1
                    node --roles relay --community abc | must be 40 hexadecimal digits
                    node --roles relay --max-circuits 0 | '--max-circuits': must be a whole number from 1 to 1000000
                    node --roles relay --duration 0 | '--duration': must be a whole number from 1
                    socks --hops 9 | '--hops'
                    socks --min-peers 0 | '--min-peers'
                    socks --bandwidth 100 | must be a rate of at least 1KiB/s
                    socks --listen 1080 | must be IP:PORT
                    bench --hops 1,4 | not '4'
                    bench --payload 19 | '--payload': must be a whole number from 20
                    bench --seconds -1 | '--seconds'
                    bench --runs 0 | '--runs'
                    bench --circuits 9 | '--circuits': must be a whole number from 10 to 100000, not '9'
                    bench --circuits 10 --neighbours 0 | '--neighbours': must be a whole number from 1 to 120
                    bench --circuits 10 --cipher rot13 | no layer cipher "rot13" on this machine
                    bench --cipher jdk | --cipher does not go with anything but --circuits
                    bench --neighbours 5 | --neighbours does not go with anything but --circuits
                    bench --circuits 10 --watching 2 | --watching does not go with --circuits
                    bench --circuits 10 --hops 3 | --hops does not go with --circuits
                    bench --watching 2 --runs 2 | --runs does not go with --watching
                    simulate --scenario triblr | must be of tribler, lossy, hostile, small, dark, crowd, return, relay-killer, exit-killer, streaming, steady, loss-2, loss-5, loss-10, slow-relays, liars, full, half-capacity, long-haul, not 'triblr'
                    simulate --peers 0 | '--peers': must be a whole number from 1
                    simulate --peers 20001 | '--peers': must be a whole number from 1 to 20000
                    simulate --seeds 0 | '--seeds': must be a whole number from 1
                    simulate --seeds many | not 'many'
                    simulate --first-seed x | '--first-seed': must be a whole number
                    simulate --first-seed 9223372036854775807 | leaves no room for 10 seeds
                    simulate --first-seed 9223372036854775808 | '--first-seed'
                    simulate --threads 0 | '--threads'
                    simulate --matrix --scenario small | --scenario does not go with --matrix
                    simulate --matrix --seeds 2 | --seeds does not go with --matrix
                    simulate --matrix --replace-layers | --replace-layers does not go with --matrix
                    simulate tribler | 'tribler'
                    """)
    void badInputEndsWithStatusTwoAndOneLine(String line, String expected) {
        CommandLineRun run = CommandLineRun.of(line.isEmpty() ? new String[0] : line.split(" "));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("tunnel").contains(expected).endsWith(" --help)\n");
        assertThat(run.err().lines()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "endure", "fetch", "node", "socks", "bench", "simulate"})
    void helpOfEveryCommandHasExamples(String command) {
        CommandLineRun run = CommandLineRun.of(command, "--help");
        assertThat(run.status()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .contains(
                        "Usage: tunnel " + command,
                        "\n\nExamples:\n  tunnel " + command,
                        "\n  tunnel " + command + " --",
                        "--json")
                .doesNotContain("null");
    }

    @Test
    void helpOfAllNamesTheCommandsAndHasExamples() {
        CommandLineRun run = CommandLineRun.of("--help");
        assertThat(run.status()).isZero();
        assertThat(run.out())
                .contains(
                        "demo ",
                        "endure ",
                        "fetch ",
                        "node ",
                        "socks ",
                        "bench ",
                        "simulate ",
                        "Examples:",
                        "Exit status:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "endure", "fetch", "node", "socks", "bench", "simulate"})
    void helpBreaksNoLineInsideAWord(String command) {
        List<String> lines = CommandLineRun.of(command, "--help").out().lines().toList();
        for (int i = 1; i < lines.size(); i++) {
            // As addresses, names of files and IP:PORT are broken by who takes them for several words.
            assertThat(lines.get(i - 1).strip() + "|" + lines.get(i).strip())
                    .doesNotContain("/|", "|/", "|:")
                    .doesNotMatch(".*[A-Z]:\\|.*")
                    .doesNotMatch(".*\\w\\.\\|[a-z].*");
        }
    }

    @Test
    void helpFitsItsWidth() {
        for (String command : new String[] {"demo", "endure", "fetch", "node", "socks", "bench", "simulate"}) {
            assertThat(CommandLineRun.of(command, "-h").out().lines())
                    .allMatch(line -> line.length() <= TunnelCommand.HELP_WIDTH);
        }
    }
}
