-- parameters: consumer, queue, group; deliveries concerned, position of the last message of each; per message: delivery,
--             id, retry, claim, kind, wait, and the failure's kind, reason, class, message and stack trace
-- answer:     positions, from 1, of the messages that the consumer does not hold
select * from :schema.settle_v1(?, ?, ?, ?, ?, ?, ?, ?, ?, ?::text[]::"char"[], ?, ?, ?, ?, ?, ?)
