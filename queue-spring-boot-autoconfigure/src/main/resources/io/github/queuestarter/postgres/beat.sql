-- Advances the heartbeat counter of the own consumers and reads those of all others.
-- parameters: own consumers, twice
-- answer:     id, beat, own; an own consumer that is not registered is left out
with mine as (
  update :schema.queue_consumer c set beat = c.beat + 1 where c.id = any (?) returning c.id, c.beat)
select m.id, m.beat, true as own from mine m
union all
select c.id, c.beat, false from :schema.queue_consumer c where c.id <> all (?)
