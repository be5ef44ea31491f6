-- Reads what a claim has left unread.
-- parameters: queue, consumer, delivery and payload of the claim's answer
-- answer:     a row per message, as of a claim
select outcome, delivery, id, message_id, sent_at, format, payload, headers from :schema.read_claimed_v1(?, ?, ?, ?)
