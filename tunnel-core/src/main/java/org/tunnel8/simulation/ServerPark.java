package org.tunnel8.simulation;

/**
 * The bootstrap servers of a scenario.
 *
 * @param servers how many addresses there are (FR-005 lists thirteen)
 * @param dead how many of them never answer
 * @param slow how many answer only after some seconds
 * @param lying how many introduce addresses where nobody is, or that nobody should send to
 */
public record ServerPark(int servers, int dead, int slow, int lying) {
    /** The standing one: thirteen, of which four are dead. */
    public static final ServerPark STANDING = new ServerPark(13, 4, 0, 0);

    /** Checks that at least one server is there and does what it should. */
    public ServerPark {
        if (dead < 0 || slow < 0 || lying < 0 || dead + slow + lying >= servers) {
            throw new IllegalArgumentException("of " + servers + " bootstrap servers at least one must be sound");
        }
    }
}
