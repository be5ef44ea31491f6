-- parameters: whether paused, queue, group
-- answer:     a row if there is such a group
update :schema.queue_group set paused = ? where queue = ? and name = ? returning name
