package org.tunnel8.walk;

import java.net.InetSocketAddress;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.tunnel8.walk.Exchange.Attempt;

/**
 * Finds exchanges by address and requests by identifier. Both chain what they hold, without entries of their own: they are
 * looked into for every datagram. Engine thread only.
 */
final class ExchangeIndex {
    private static final int FIRST_PLACES = 16;

    /** 2 to the power of 32, divided by the golden ratio: spreads numbers that differ in few bits. */
    private static final int GOLDEN = 0x9E3779B9;

    private @Nullable Exchange[] exchanges = new Exchange[FIRST_PLACES];
    private @Nullable Attempt[] attempts = new Attempt[FIRST_PLACES];
    private int exchangeCount;
    private int attemptCount;

    /** The exchange that was put last with an address. */
    @Nullable
    Exchange with(InetSocketAddress address) {
        int hash = address.hashCode();
        Exchange there = exchanges[place(hash, exchanges.length)];
        while (there != null && !isWith(there, hash, address)) {
            there = there.chained;
        }
        return there;
    }

    private static boolean isWith(Exchange exchange, int hash, InetSocketAddress address) {
        return exchange.addressHash() == hash && exchange.address().equals(address);
    }

    /** Puts an exchange in, and takes out another one with the same address. */
    void put(Exchange exchange) {
        Exchange former = with(exchange.address());
        if (former != null) {
            remove(former);
        }
        if (++exchangeCount > exchanges.length) {
            @Nullable Exchange[] old = exchanges;
            exchanges = new Exchange[2 * old.length];
            for (Exchange first : old) {
                Exchange next = first;
                while (next != null) {
                    Exchange moved = next;
                    next = moved.chained;
                    chain(moved);
                }
            }
        }
        chain(exchange);
    }

    private void chain(Exchange exchange) {
        int place = place(exchange.addressHash(), exchanges.length);
        exchange.chained = exchanges[place];
        exchanges[place] = exchange;
    }

    /** Takes an exchange out, if it is there. */
    void remove(Exchange exchange) {
        int place = place(exchange.addressHash(), exchanges.length);
        Exchange before = null;
        Exchange there = exchanges[place];
        while (there != null && there != exchange) {
            before = there;
            there = there.chained;
        }
        if (there == null) {
            return;
        }
        if (before == null) {
            exchanges[place] = exchange.chained;
        } else {
            before.chained = exchange.chained;
        }
        exchange.chained = null;
        exchangeCount--;
    }

    /** How many of the exchanges in it are such. */
    int count(Predicate<Exchange> such) {
        int count = 0;
        for (Exchange first : exchanges) {
            for (Exchange exchange = first; exchange != null; exchange = exchange.chained) {
                count += such.test(exchange) ? 1 : 0;
            }
        }
        return count;
    }

    /** The request that bears an identifier. */
    @Nullable
    Attempt attempt(int identifier) {
        Attempt there = attempts[place(identifier, attempts.length)];
        while (there != null && there.identifier() != identifier) {
            there = there.chained;
        }
        return there;
    }

    /** Puts in a request whose identifier no other one bears. */
    void put(Attempt attempt) {
        if (++attemptCount > attempts.length) {
            @Nullable Attempt[] old = attempts;
            attempts = new Attempt[2 * old.length];
            for (Attempt first : old) {
                Attempt next = first;
                while (next != null) {
                    Attempt moved = next;
                    next = moved.chained;
                    chain(moved);
                }
            }
        }
        chain(attempt);
    }

    private void chain(Attempt attempt) {
        int place = place(attempt.identifier(), attempts.length);
        attempt.chained = attempts[place];
        attempts[place] = attempt;
    }

    /** Takes out a request that is there. */
    void remove(Attempt attempt) {
        int place = place(attempt.identifier(), attempts.length);
        Attempt before = null;
        Attempt there = attempts[place];
        while (there != null && there != attempt) {
            before = there;
            there = there.chained;
        }
        if (before == null) {
            attempts[place] = attempt.chained;
        } else {
            before.chained = attempt.chained;
        }
        attempt.chained = null;
        attemptCount--;
    }

    /** How many requests there are. */
    int attemptCount() {
        return attemptCount;
    }

    private static int place(int hash, int places) {
        return (hash * GOLDEN) >>> (Integer.numberOfLeadingZeros(places) + 1);
    }
}
