-- parameters: queue, group, consumer, how many at most
-- answer:     a row per message, then one with the outcome
select outcome, delivery, id, message_id, sent_at, format, payload, headers from :schema.claim_v1(?, ?, ?, ?)
