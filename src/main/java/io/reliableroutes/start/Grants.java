package io.reliableroutes.start;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.reliableroutes.support.SqlFile;
import org.apache.camel.CamelContext;

/** What roles.sql grants to one of its roles, so that the rights that start-up asks for stand nowhere else. */
final class Grants {

    private static final String PREFIX = "reliable_routes_";
    private static final Pattern MEMBER = Pattern.compile("(?m)^GRANT " + PREFIX + "(\\w+) TO " + PREFIX + "(\\w+);$");
    private static final Pattern GRANT
            = Pattern.compile("(?m)^GRANT ([A-Z, ]+) ON (?:(SEQUENCE|FUNCTION) )?(.+) TO " + PREFIX + "(\\w+);$");

    private final List<String> kinds = new ArrayList<>();
    private final List<String> objects = new ArrayList<>();
    private final List<String> privileges = new ArrayList<>();

    private Grants() {
    }

    /** Of the role with that ending, and of those that it is a member of. */
    static Grants of(CamelContext context, String role) {
        Grants grants = new Grants();
        grants.read(SqlFile.load(context, "roles.sql"), role);
        return grants;
    }

    private void read(String file, String role) {
        for (Matcher member = MEMBER.matcher(file); member.find();) {
            if (member.group(2).equals(role)) {
                read(file, member.group(1));
            }
        }
        for (Matcher grant = GRANT.matcher(file); grant.find();) {
            if (grant.group(4).equals(role)) {
                boolean function = "FUNCTION".equals(grant.group(2));
                for (String object : function ? new String[] {grant.group(3)} : grant.group(3).split(", ")) {
                    for (String privilege : grant.group(1).split(", ")) {
                        kinds.add(grant.group(2) == null ? "TABLE" : grant.group(2));
                        objects.add(object);
                        privileges.add(privilege);
                    }
                }
            }
        }
    }

    /** Sets the parameters of {@code check-grants.sql}. */
    void bind(Connection connection, PreparedStatement statement) throws SQLException {
        statement.setArray(1, connection.createArrayOf("text", kinds.toArray()));
        statement.setArray(2, connection.createArrayOf("text", objects.toArray()));
        statement.setArray(3, connection.createArrayOf("text", privileges.toArray()));
    }
}
