package io.reliableroutes.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

import org.postgresql.plugin.AuthenticationPlugin;
import org.postgresql.plugin.AuthenticationRequestType;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/**
 * A password that may be {@code file:} and a path: the file is read for each new connection, so that a password can be changed while the
 * process runs. PostgreSQL's driver makes one for each login.
 */
public class PasswordFile implements AuthenticationPlugin {

    private static final String PREFIX = "file:";

    private final String password;

    /** @param login the properties of the login, not null */
    public PasswordFile(Properties login) {
        password = login.getProperty("password");
    }

    /**
     * @return               the password, null if there is none
     * @throws PSQLException if the file cannot be read: as long as that is so, the database cannot be reached
     */
    @Override
    public char[] getPassword(AuthenticationRequestType type) throws PSQLException {
        if (password == null || !password.startsWith(PREFIX)) {
            return password == null ? null : password.toCharArray();
        }
        try {
            return Files.readString(Path.of(password.substring(PREFIX.length()))).stripTrailing().toCharArray();
        } catch (IOException e) {
            throw new PSQLException("password (" + password + ") is a file that cannot be read (" + e + "): nobody can log in. Mount the secret, or correct "
                    + "the path.", PSQLState.CONNECTION_UNABLE_TO_CONNECT, e);
        }
    }
}
