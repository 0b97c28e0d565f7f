INSERT INTO effect (message_id, message_key, data, payload, place)
SELECT event ->> 'id', event ->> 'partitionkey', event -> 'data', decode(event ->> 'data_base64', 'base64'), place
FROM jsonb_array_elements(CAST(:#${body} AS jsonb)) WITH ORDINALITY AS events (event, place)
ORDER BY place
