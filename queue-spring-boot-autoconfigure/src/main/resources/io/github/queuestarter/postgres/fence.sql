-- Removes the registration of a silent consumer, after the own heartbeat: who can't beat can't fence.
-- parameters: own consumer, silent consumer, the counter that it was seen at
-- answer:     a row if it was removed
with self as (
  update :schema.queue_consumer c set beat = c.beat + 1 where c.id = ? returning 1)
delete from :schema.queue_consumer c where c.id = ? and c.beat = ? and exists (select from self) returning c.id
