-- For a message that claim-due-outbox-message.sql took from outbox_parked in the same transaction.
INSERT INTO dead_letter (origin, consumer, message_id, message_key, payload, headers, attempts, error_class, error_message, first_failed_at)
VALUES ('OUTBOX', :#destination, :#message_id, :#message_key, :#payload,
        coalesce(CAST(:#headers AS jsonb), '{}')
          || jsonb_strip_nulls(jsonb_build_object('ce_type', CAST(:#type AS text), 'content-type', CAST(:#content_type AS text),
                                                  'traceparent', CAST(:#traceparent AS text))),
        :#attempts, :#error_class, :#error_message, :#first_failed_at)
