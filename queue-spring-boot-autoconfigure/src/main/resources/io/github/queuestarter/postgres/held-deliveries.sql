-- New messages that a consumer holds in a group.
-- parameters: consumer, queue, group
-- answer:     delivery, id
select d.id as delivery, u.message as id from :schema.queue_delivery d, unnest(d.ids) u (message)
 where d.consumer = ? and d.queue = ? and d.group_name = ?
