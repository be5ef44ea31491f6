-- parameters: queue
-- answer:     one row
select :schema.mark_reader_v1(?)
