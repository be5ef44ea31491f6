-- parameters: consumer, delivery, id, retry, claim
-- answer:     whether the consumer holds it
select :schema.runs_alone_v1(?, ?, ?, ?, ?)
