-- parameters: queue, group, consumer, how many at most, whether each gets a delivery of its own
-- answer:     a row per message, then one with the outcome
select outcome, delivery, id, message_id, sent_at, format, payload, headers from :schema.claim_v2(?, ?, ?, ?, ?)
