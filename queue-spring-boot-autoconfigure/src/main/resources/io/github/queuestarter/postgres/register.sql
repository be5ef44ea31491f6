-- parameters: consumer
-- answer:     none
insert into :schema.queue_consumer (id, groups) values (?, '{}') on conflict do nothing
