-- Whether the saga of an id is the one that is meant: of that name, with that data and key.
SELECT s.saga_name AS name, (s.saga_name, s.message_key, s.data) = (:#saga_name, :#message_key, CAST(:#data AS jsonb)) AS same
FROM saga s
WHERE s.saga_id = :#saga_id
