package org.tunnel8.proxy;

/** User name and password as a client sent them. Prints neither. */
final class UserPassword {
    private final byte[] user;
    private final byte[] password;

    UserPassword(byte[] user, byte[] password) {
        this.user = user;
        this.password = password;
    }

    byte[] user() {
        return user;
    }

    byte[] password() {
        return password;
    }

    @Override
    public String toString() {
        return "UserPassword[hidden]";
    }
}
