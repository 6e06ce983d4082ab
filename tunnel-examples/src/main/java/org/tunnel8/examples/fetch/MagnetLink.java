package org.tunnel8.examples.fetch;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A magnet URI (BEP 9), with what can be used of it through the tunnel: info hash, name, trackers, and peers whose addresses are
 * given in numbers. A peer given by a name is left out: nothing here looks names up.
 *
 * @param infoHash the version 1 info hash, 40 hexadecimal digits in lower case
 * @param name what the URI calls the torrent; empty if it does not
 * @param trackers trackers that can be asked through the tunnel, each once
 * @param unreachableTrackers how many others the URI names
 * @param peers peers to begin with
 */
public record MagnetLink(
        String infoHash, String name, List<String> trackers, int unreachableTrackers, List<InetSocketAddress> peers)
        implements TorrentSource {
    private static final String PREFIX = "magnet:?";
    private static final String TOPIC = "urn:btih:";
    private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{40}");
    private static final Pattern BASE32 = Pattern.compile("[A-Za-z2-7]{32}");
    private static final String BASE32_DIGITS = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int BASE32_BITS = 5;
    private static final Pattern NUMERIC_PEER =
            Pattern.compile("(\\d+\\.\\d+\\.\\d+\\.\\d+|\\[[0-9a-fA-F:.]+]):(\\d{1,5})");
    private static final int MAX_PORT = 65_535;

    /** More than any URI on a command line names; keeps what is tried within reason. */
    private static final int MOST = 100;

    /**
     * Copies the lists.
     *
     * @param infoHash the version 1 info hash
     * @param name what the URI calls the torrent
     * @param trackers trackers that can be asked
     * @param unreachableTrackers how many others there are
     * @param peers peers to begin with
     */
    public MagnetLink {
        trackers = List.copyOf(trackers);
        peers = List.copyOf(peers);
    }

    /**
     * Whether a text is meant to be a magnet URI.
     *
     * @param text anything
     * @return true if it begins as one
     */
    public static boolean isMagnet(String text) {
        return text.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
    }

    /**
     * Reads a magnet URI.
     *
     * @param text the URI
     * @return what it says
     * @throws IllegalArgumentException if it names no version 1 info hash, or several
     */
    public static MagnetLink parse(String text) {
        if (!isMagnet(text)) {
            throw new IllegalArgumentException("a magnet URI begins with " + PREFIX);
        }
        String infoHash = "";
        String name = "";
        List<String> trackers = new ArrayList<>();
        int unreachable = 0;
        List<InetSocketAddress> peers = new ArrayList<>();
        for (String parameter : text.substring(PREFIX.length()).split("&", -1)) {
            int equals = parameter.indexOf('=');
            String key = (equals < 0 ? parameter : parameter.substring(0, equals)).toLowerCase(Locale.ROOT);
            String value = equals < 0 ? "" : decoded(parameter.substring(equals + 1));
            if (isKey(key, "xt") && value.regionMatches(true, 0, TOPIC, 0, TOPIC.length())) {
                String given = infoHash(value.substring(TOPIC.length()));
                if (!infoHash.isEmpty() && !infoHash.equals(given)) {
                    throw new IllegalArgumentException("the magnet URI names several info hashes");
                }
                infoHash = given;
            } else if (isKey(key, "dn") && name.isEmpty()) {
                name = value;
            } else if (isKey(key, "tr") && !TrackerUrls.isReachable(value)) {
                unreachable++;
            } else if (isKey(key, "tr") && trackers.size() < MOST && !trackers.contains(value)) {
                trackers.add(value);
            } else if (isKey(key, "x.pe") && peers.size() < MOST) {
                addPeer(value, peers);
            }
        }
        if (infoHash.isEmpty()) {
            throw new IllegalArgumentException("the magnet URI names no version 1 info hash (xt=urn:btih:...)");
        }
        return new MagnetLink(infoHash, name, trackers, unreachable, peers);
    }

    /** Parameters that occur several times may be numbered: {@code tr.1}. */
    private static boolean isKey(String key, String wanted) {
        return key.equals(wanted)
                || (key.startsWith(wanted + ".")
                        && key.substring(wanted.length() + 1).chars().allMatch(Character::isDigit));
    }

    private static String decoded(String value) {
        try {
            // A plus is a plus here: these are no fields of a form.
            return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the magnet URI has a broken escape in '" + value + "'", e);
        }
    }

    private static String infoHash(String text) {
        if (HEX.matcher(text).matches()) {
            return text.toLowerCase(Locale.ROOT);
        }
        if (!BASE32.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "an info hash has 40 hexadecimal or 32 base32 digits, not '" + text + "'");
        }
        byte[] bytes = new byte[text.length() * BASE32_BITS / Byte.SIZE];
        int held = 0;
        int bits = 0;
        int at = 0;
        for (char digit : text.toLowerCase(Locale.ROOT).toCharArray()) {
            held = (held << BASE32_BITS) | BASE32_DIGITS.indexOf(digit);
            bits += BASE32_BITS;
            if (bits >= Byte.SIZE) {
                bits -= Byte.SIZE;
                bytes[at++] = (byte) (held >> bits);
            }
        }
        return HexFormat.of().formatHex(bytes);
    }

    private static void addPeer(String text, List<InetSocketAddress> peers) {
        Matcher matcher = NUMERIC_PEER.matcher(text);
        if (!matcher.matches()) {
            return;
        }
        int port = Integer.parseInt(matcher.group(2));
        if (port < 1 || port > MAX_PORT) {
            return;
        }
        try {
            // In numbers, so that nothing is looked up.
            peers.add(new InetSocketAddress(InetAddress.getByName(matcher.group(1)), port));
        } catch (UnknownHostException e) {
            // 999.1.1.1: no address, and no peer.
        }
    }
}
