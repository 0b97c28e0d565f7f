package fuzz;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import harness.Database;

/** Notes in the very transactions, by triggers, what an outbox was given: it is gone from it when it is published. */
final class Notes {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {
    };

    private Notes() {
    }

    static void install(Database database) {
        database.update("""
                CREATE TABLE fact (
                  number bigint GENERATED ALWAYS AS IDENTITY, message_id uuid, digest text, size bigint, destination text, message_key text, type text, content_type text,
                  headers jsonb, traceparent text, created_at timestamptz, delayed boolean, PRIMARY KEY (message_id, digest));
                CREATE FUNCTION note_fact() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  -- a message that comes back from being parked is the fact that it was
                  IF NOT EXISTS (SELECT 1 FROM fact WHERE message_id = NEW.message_id AND digest = coalesce(md5(NEW.payload), 'none')) THEN
                    INSERT INTO fact (message_id, digest, size, destination, message_key, type, content_type, headers, traceparent, created_at, delayed)
                    VALUES (NEW.message_id, coalesce(md5(NEW.payload), 'none'), coalesce(length(NEW.payload), -1), NEW.destination, NEW.message_key, NEW.type, NEW.content_type, NEW.headers,
                            NEW.traceparent, NEW.created_at, TG_TABLE_NAME = 'outbox_parked');
                  END IF;
                  RETURN NULL;
                END $$;
                CREATE TRIGGER note_fact AFTER INSERT ON outbox_message FOR EACH ROW EXECUTE FUNCTION note_fact();
                CREATE TRIGGER note_fact AFTER INSERT ON outbox_parked FOR EACH ROW EXECUTE FUNCTION note_fact()
                """);
    }

    /** All that was ever committed, in the order in which it was written. */
    static List<Fact> read(Database database) throws SQLException {
        List<Fact> facts = new ArrayList<>();
        try (Connection connection = database.connect(); Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery("""
                SELECT fact.*, isfinite(created_at) AS dated,
                       (SELECT json_object_agg(h.name, h.value) FROM jsonb_each_text(headers) AS h (name, value)) AS texts,
                       (SELECT json_object_agg(h.name, jsonb_typeof(h.value)) FROM jsonb_each(headers) AS h (name, value)) AS kinds
                FROM fact ORDER BY number""")) {
            while (row.next()) {
                Instant created = row.getBoolean("dated") ? row.getObject("created_at", OffsetDateTime.class).toInstant() : null;
                facts.add(new Fact(row.getLong("number"), row.getString("message_id"), row.getString("destination"), row.getString("message_key"), row.getString("type"),
                        row.getString("content_type"), map(row.getString("texts")), map(row.getString("kinds")), row.getString("traceparent"), created, row.getBoolean("delayed"),
                        row.getString("digest"), row.getLong("size")));
            }
        }
        return facts;
    }

    private static Map<String, String> map(String json) {
        try {
            return json == null ? Map.of() : JSON.readValue(json, TEXTS);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(json, e);
        }
    }
}
