-- Advances the heartbeat counter of the own consumers, notes the groups that they take from, and reads the counters of all
-- others. One of an earlier release has noted none, and may take from each.
-- parameters: own consumers, own groups as <queue><line feed><group> in order
-- answer:     id, beat, own, shared: those of the own groups that it takes from, too; an own consumer that is not registered
--             is left out
with self as materialized (select ?::text[] as ids, ?::text[] as groups),
mine as (
  update :schema.queue_consumer c
     -- a long list is stored outside of the row, and stays there as long as it is not replaced
     set beat = c.beat + 1, groups = case when c.groups = self.groups then c.groups else self.groups end
    from self where c.id = any (self.ids) returning c.id, c.beat)
select m.id, m.beat, true as own, null::text[] as shared from mine m
union all
select c.id, c.beat, false, case when c.groups is null then self.groups
                                 else array(select unnest(c.groups) intersect select unnest(self.groups)) end
  from self, :schema.queue_consumer c where c.id <> all (self.ids)
