-- parameters: consumer
-- answer:     none
insert into :schema.queue_consumer (id) values (?) on conflict do nothing
