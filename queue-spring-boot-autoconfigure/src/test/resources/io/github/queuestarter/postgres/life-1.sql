-- What an application of version 1 leaves behind that dies in the middle of its work. One statement after another, each
-- in a transaction of its own. The payloads say what has become of the messages.

select * from create_group_v1('orders', 'billing', 'earliest', 'old');

select * from create_group_v1('orders', 'paused', 'earliest', 'old');

update queue_group set paused = true where name = 'paused';

insert into queue_consumer (id) values ('old');

select queue_send('orders', '"acked"');

select queue_send('orders', '"retried, held"', '{"tenant": "north"}');

select queue_send('orders', '"retried"', '{"tenant": "south"}');

select queue_send('orders', '"buried"', '{"tenant": "east"}');

select queue_send('orders', '"held"');

select count(*) from claim_v1('orders', 'billing', 'old', 5);

select settle_v1('old', 'orders', 'billing', array[d.id], array[4], array[d.id, d.id, d.id, d.id], d.ids[1:4],
    array[null, null, null, null]::bigint[], array[null, null, null, null]::int[], array['a', 'r', 'r', 'b']::"char"[],
    array[0, 0, 1, 0]::bigint[], array[null, 'EXCEPTION', 'EXCEPTION', 'EXCEPTION'],
    array[null, 'failed', 'failed', 'failed'], array[null, 'A', 'B', 'C'], array[null, 'a', 'b', 'c'],
    array[null, 'at a', 'at b', 'at c'])
  from queue_delivery d;

select * from due_v1(array['orders'], array['billing'], array['old'], array[1], array[1], array['-infinity']::timestamptz[]);

select queue_send('orders', '"ready"');

select queue_send('orders', '"soon"', delay => interval '1 millisecond');

select queue_send('orders', '"next year"', '{"tenant": "west"}', interval '1 year');
