-- Retried messages that a consumer holds in a group.
-- parameters: consumer, queue, group
-- answer:     retry, claim
select r.id as retry, r.claims as claim from :schema.queue_retry r
 where r.consumer = ? and r.queue = ? and r.group_name = ?
