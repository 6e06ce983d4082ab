package org.tunnel8.walk;

import java.util.List;
import org.tunnel8.wire.Address;

/** Where the deployed network is entered (D6). */
public final class BootstrapAddresses {
    private static final List<Address> TRIBLER = List.of(
            Address.parse("130.161.119.206", 6421),
            Address.parse("130.161.119.206", 6422),
            Address.parse("131.180.27.155", 6423),
            Address.parse("131.180.27.156", 6424),
            Address.parse("131.180.27.161", 6427),
            Address.parse("131.180.27.161", 6521),
            Address.parse("131.180.27.161", 6522),
            Address.parse("131.180.27.162", 6523),
            Address.parse("131.180.27.162", 6524),
            Address.parse("130.161.119.215", 6525),
            Address.parse("130.161.119.215", 6526),
            Address.parse("130.161.119.201", 6527),
            Address.parse("130.161.119.201", 6528),
            Address.parse("dispersy1.tribler.org", 6421),
            Address.parse("dispersy1.st.tudelft.nl", 6421),
            Address.parse("dispersy2.tribler.org", 6422),
            Address.parse("dispersy2.st.tudelft.nl", 6422),
            Address.parse("dispersy3.tribler.org", 6423),
            Address.parse("dispersy3.st.tudelft.nl", 6423),
            Address.parse("dispersy4.tribler.org", 6424));

    private BootstrapAddresses() {}

    /**
     * The bootstrap servers of Tribler: 13 addresses (FR-005) and 7 host names, the only names ever looked up locally.
     *
     * @return immutable
     */
    public static List<Address> tribler() {
        return TRIBLER;
    }
}
