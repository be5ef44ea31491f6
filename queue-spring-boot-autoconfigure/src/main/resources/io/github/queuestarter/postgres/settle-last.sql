-- Settles one message as the last statement of the transaction that its handler ran in. From now on others wait for its
-- row, so a process that freezes before the commit loses the transaction.
-- parameters: idle time in milliseconds after which the transaction is given up; those of settle
-- answer:     the idle time; whether the consumer holds the message
select set_config('idle_in_transaction_session_timeout', ?, true),
       not exists (select from :schema.settle_v1(?, ?, ?, ?, ?, ?, ?, ?, ?, ?::text[]::"char"[], ?, ?, ?, ?, ?, ?)) as held
