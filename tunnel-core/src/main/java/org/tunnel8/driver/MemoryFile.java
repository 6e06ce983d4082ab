package org.tunnel8.driver;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.walk.DiscoverySettings;
import org.tunnel8.walk.RememberedPeer;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * Remembered peers in a file (FR-006, US2). Each line stands for itself, so that damage costs the lines it hits and no
 * others:
 *
 * <pre>
 * tunnel8-peer-1 COMMUNITY HEARD FLAGS IP PORT KEY CHECK
 * </pre>
 *
 * <p>the community's id in hexadecimal, the time when the peer was last heard in seconds of the Unix epoch, its flags as
 * a number, its address, its key in Base64, and the CRC-32 of all that in hexadecimal. The best peer comes first. Lines of
 * other communities are left alone when reading; writing replaces the whole file.
 *
 * <p>Thread-safe: functions only.
 */
final class MemoryFile {
    /** What is read of a file at most; a hundred lines of the longest kind are shorter. */
    static final int MAX_BYTES = 1 << 16;

    /** A clock that was set back a little makes what was heard lately seem to lie ahead; it counts as just heard. */
    static final long CLOCK_SLACK_SECONDS = 3_600;

    private static final String VERSION = "tunnel8-peer-1";
    private static final int FIELDS = 7;

    private MemoryFile() {}

    /**
     * What a file holds.
     *
     * @param peers those of the community that are not too old, the best first
     * @param damagedLines lines that could not be read
     * @param tooLong whether the file is longer than what is read of it
     */
    record Content(List<RememberedPeer> peers, int damagedLines, boolean tooLong) {
        static final Content NOTHING = new Content(List.of(), 0, false);
    }

    /**
     * Reads what is left of a file.
     *
     * @throws IOException if it is there and cannot be read at all
     */
    static Content read(Path file, CommunityId community, Duration maxAge, long nowSeconds) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            // Reading from a pipe or a device might never end.
            throw new IOException("not a file");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            return Content.NOTHING;
        }
        boolean tooLong = bytes.length > MAX_BYTES;
        String[] lines = new String(bytes, StandardCharsets.ISO_8859_1).split("\n", -1);
        List<RememberedPeer> peers = new ArrayList<>();
        Set<PublicKey> seen = new HashSet<>();
        int damaged = 0;
        for (int i = 0; i < lines.length - (tooLong ? 1 : 0); i++) {
            if (lines[i].isBlank()) {
                continue;
            }
            Line line = Line.parse(lines[i]);
            if (line == null) {
                damaged++;
            } else if (line.community().equals(community) && peers.size() < DiscoverySettings.MAX_REMEMBERED) {
                RememberedPeer peer = line.peer(nowSeconds, maxAge.toSeconds());
                if (peer != null && seen.add(peer.key())) {
                    peers.add(peer);
                }
            }
        }
        return new Content(peers, damaged, tooLong);
    }

    /**
     * Replaces a file.
     *
     * @throws IOException if it cannot be written; the old one is as it was
     */
    static void write(Path file, CommunityId community, List<RememberedPeer> peers, long nowSeconds)
            throws IOException {
        StringBuilder text = new StringBuilder();
        for (RememberedPeer peer : peers) {
            text.append(Line.of(community, peer, nowSeconds)).append('\n');
        }
        PrivateFile.replace(file, text.toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    private record Line(
            CommunityId community, long heardSeconds, PeerFlags flags, InetSocketAddress address, PublicKey key) {

        static String of(CommunityId community, RememberedPeer peer, long nowSeconds) {
            String content = String.join(
                    " ",
                    VERSION,
                    HexFormat.of().formatHex(community.toBytes()),
                    String.valueOf(nowSeconds - peer.ageSeconds()),
                    String.valueOf(peer.flags().bits()),
                    peer.address().getAddress().getHostAddress(),
                    String.valueOf(peer.address().getPort()),
                    Base64.getEncoder().encodeToString(peer.key().toBytes()));
            return content + " " + check(content);
        }

        /** Null for a line that is not as it was written. */
        static @Nullable Line parse(String text) {
            int end = text.lastIndexOf(' ');
            String[] fields = text.substring(0, Math.max(end, 0)).split(" ", -1);
            if (fields.length != FIELDS
                    || !fields[0].equals(VERSION)
                    || !text.substring(end + 1).equals(check(text.substring(0, end)))) {
                return null;
            }
            try {
                // A host name here would not be looked up: it makes no IpAddress.
                return Address.parse(fields[4], Integer.parseInt(fields[5])) instanceof IpAddress address
                        ? new Line(
                                CommunityId.parse(fields[1]),
                                Long.parseLong(fields[2]),
                                new PeerFlags(Integer.parseInt(fields[3])),
                                address.endpoint(),
                                PublicKey.parse(Base64.getDecoder().decode(fields[6])))
                        : null;
            } catch (IllegalArgumentException | CryptoFailure e) {
                return null;
            }
        }

        /** Null if it is too old, or of a time that the clock says is yet to come, so that nobody knows how old. */
        @Nullable
        RememberedPeer peer(long nowSeconds, long maxAgeSeconds) {
            boolean known = heardSeconds >= 0 && heardSeconds <= nowSeconds + CLOCK_SLACK_SECONDS;
            long age = Math.max(0, nowSeconds - heardSeconds);
            return known && age <= maxAgeSeconds ? new RememberedPeer(key, address, flags, age) : null;
        }

        private static String check(String content) {
            CRC32 sum = new CRC32();
            sum.update(content.getBytes(StandardCharsets.ISO_8859_1));
            return HexFormat.of().toHexDigits((int) sum.getValue());
        }
    }
}
