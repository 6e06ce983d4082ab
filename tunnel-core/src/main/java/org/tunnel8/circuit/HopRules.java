package org.tunnel8.circuit;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.Mid;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.policy.Cidr;

/**
 * Whom an application wants in its circuits, and whom not: by key and by address (FR-018b). Immutable.
 *
 * <p>A hop must be named by one of the first list, if that has any, and by none of the second. Middle hops are offered to
 * us as keys without addresses; so where any rule is about addresses, only hops are used whose address we know ourselves.
 *
 * @param allowed who may be a hop; empty for everybody
 * @param denied who may not, even if allowed
 */
public record HopRules(List<Rule> allowed, List<Rule> denied) {
    /** No rule at all. */
    public static final HopRules NONE = new HopRules(List.of(), List.of());

    /** One rule: a block of addresses, or the owner of a key. Immutable. */
    public sealed interface Rule {
        /**
         * Everybody in a block of addresses.
         *
         * @param block the block
         */
        record InBlock(Cidr block) implements Rule {}

        /**
         * The owner of one key.
         *
         * @param mid of the key
         */
        record OwnerOf(Mid mid) implements Rule {}

        /**
         * Reads a rule.
         *
         * @param text an address, a block like 192.0.2.0/24, or in hexadecimal digits a public key (148) or its mid (40)
         * @return the rule
         * @throws IllegalArgumentException if it is none of these, with a message for the user
         */
        static Rule parse(String text) {
            try {
                if (text.length() == 2 * Mid.LENGTH_BYTES) {
                    return new OwnerOf(Mid.of(HexFormat.of().parseHex(text)));
                }
                if (text.length() == 2 * PublicKey.USUAL_LENGTH_BYTES) {
                    return new OwnerOf(
                            PublicKey.parse(HexFormat.of().parseHex(text)).mid());
                }
                return new InBlock(Cidr.parse(text));
            } catch (IllegalArgumentException | CryptoFailure e) {
                throw new IllegalArgumentException(
                        "'" + text
                                + "' is neither an address block like 192.0.2.0/24 nor a key or mid in hexadecimal digits",
                        e);
            }
        }
    }

    /** Copies the lists. */
    public HopRules {
        allowed = List.copyOf(allowed);
        denied = List.copyOf(denied);
    }

    /**
     * Reads rules from text.
     *
     * @param allow who may be a hop, each as {@link Rule#parse} takes it; empty for everybody
     * @param deny who may not
     * @return the rules
     * @throws IllegalArgumentException if one cannot be read, with a message for the user
     */
    public static HopRules parse(Iterable<String> allow, Iterable<String> deny) {
        return new HopRules(parse(allow), parse(deny));
    }

    private static List<Rule> parse(Iterable<String> texts) {
        List<Rule> rules = new ArrayList<>();
        texts.forEach(text -> rules.add(Rule.parse(text)));
        return rules;
    }

    /**
     * Tells whether somebody may be a hop.
     *
     * @param key whose key it is
     * @param address where its owner is; null if we do not know
     */
    boolean permits(PublicKey key, @Nullable InetSocketAddress address) {
        if (address == null && (isAboutAddresses(allowed) || isAboutAddresses(denied))) {
            return false;
        }
        return (allowed.isEmpty() || isNamed(allowed, key, address)) && !isNamed(denied, key, address);
    }

    private static boolean isAboutAddresses(List<Rule> rules) {
        return rules.stream().anyMatch(Rule.InBlock.class::isInstance);
    }

    private static boolean isNamed(List<Rule> rules, PublicKey key, @Nullable InetSocketAddress address) {
        for (Rule rule : rules) {
            boolean names = false;
            if (rule instanceof Rule.InBlock in) {
                names = address != null && in.block().contains(address);
            } else if (rule instanceof Rule.OwnerOf of) {
                names = of.mid().equals(key.mid());
            }
            if (names) {
                return true;
            }
        }
        return false;
    }
}
