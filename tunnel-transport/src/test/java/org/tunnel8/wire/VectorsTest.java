package org.tunnel8.wire;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.tunnel8.wire.cell.CellVectors;
import org.tunnel8.wire.cell.OnionMessageVectors;
import org.tunnel8.wire.vectors.VectorFile;
import org.tunnel8.wire.walk.DhtPingVectors;
import org.tunnel8.wire.walk.WalkerVectors;

@Tag("vectors")
class VectorsTest {
    @TestFactory
    Stream<DynamicTest> everyEntryAboutAddressesHolds() {
        return AddressVectors.checks(VectorFile.read("addresses.json")).tests();
    }

    @TestFactory
    Stream<DynamicTest> everyEntryAboutWalkingHolds() {
        return WalkerVectors.checks(VectorFile.read("walker.json")).tests();
    }

    @TestFactory
    Stream<DynamicTest> everyEntryAboutCellsHolds() {
        return CellVectors.checks(VectorFile.read("cells.json")).tests();
    }

    @TestFactory
    Stream<DynamicTest> everyEntryAboutTheOnionsMessagesHolds() {
        return OnionMessageVectors.checks(VectorFile.read("onion.json")).tests();
    }

    @TestFactory
    Stream<DynamicTest> everyEntryAboutTheHashTablesMessagesHolds() {
        return DhtPingVectors.checks(VectorFile.read("dht.json")).tests();
    }
}
