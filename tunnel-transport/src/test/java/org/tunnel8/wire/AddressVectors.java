package org.tunnel8.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.gson.JsonObject;
import java.util.Locale;
import org.tunnel8.wire.vectors.VectorFile;
import org.tunnel8.wire.vectors.VectorJson;

/** What {@code addresses.json} tells of addresses as bytes and as text. */
public final class AddressVectors {
    private AddressVectors() {}

    /** Gives each list its check. */
    public static VectorFile checks(VectorFile file) {
        return file.check("pack", AddressVectors::pack).check("unpack", AddressVectors::unpack);
    }

    private static void pack(JsonObject entry) {
        if (entry.get("ok").getAsBoolean()) {
            assertThat(packed(entry)).isEqualTo(VectorJson.hex(entry, "packed"));
        } else {
            assertThatIllegalArgumentException().isThrownBy(() -> packed(entry));
        }
    }

    private static byte[] packed(JsonObject entry) {
        String host = entry.get("host").getAsString();
        int port = entry.get("port").getAsInt();
        WireWriter writer = new WireWriter(0x10000);
        switch (Packer.of(entry)) {
            case IPV4 -> writer.ipv4(IpAddress.parseLenientIpv4(host, port));
            case ADDRESS -> writer.address(Address.parse(host, port));
            case IP_ADDRESS -> {
                if (!(Address.parse(host, port) instanceof IpAddress address)) {
                    throw new IllegalArgumentException("a host name");
                }
                writer.address(address);
            }
        }
        return writer.toByteArray();
    }

    private static void unpack(JsonObject entry) throws MalformedMessageException {
        byte[] data = VectorJson.hex(entry, "data");
        int offset = entry.get("offset").getAsInt();
        if (!entry.get("ok").getAsBoolean()) {
            assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> read(entry, data, offset));
            return;
        }
        int next = entry.get("next_offset").getAsInt();
        Address address = read(entry, data, offset);
        assertThat(address).isEqualTo(VectorJson.address(entry.getAsJsonObject("address")));

        WireWriter again = new WireWriter(data.length);
        again.bytes(data, 0, offset);
        if (Packer.of(entry) == Packer.IPV4) {
            again.ipv4((IpAddress) address);
        } else {
            again.address(address);
        }
        assertThat(again.position()).isEqualTo(next);
        again.bytes(data, next, data.length - next);
        assertThat(again.toByteArray()).isEqualTo(data);
    }

    private static Address read(JsonObject entry, byte[] data, int offset) throws MalformedMessageException {
        WireReader reader = new WireReader(data, offset, data.length - offset);
        Address address = switch (Packer.of(entry)) {
            case IPV4 -> reader.ipv4();
            case IP_ADDRESS -> reader.ipAddress();
            case ADDRESS -> reader.address();
        };
        if (entry.has("next_offset")) {
            assertThat(reader.position()).isEqualTo(entry.get("next_offset").getAsInt());
        }
        return address;
    }

    private enum Packer {
        IPV4,
        IP_ADDRESS,
        ADDRESS;

        static Packer of(JsonObject entry) {
            return valueOf(entry.get("packer").getAsString().toUpperCase(Locale.ROOT));
        }
    }
}
