-- Makes dead letters ready again for their group alone: their copies go to a stream that only
-- this group has, parked and due at once.
-- KEYS: 1 dead letters, 2 ids of dead letters, 3 stream of replayed messages, 4 its retry
-- ARGV: 1 group, 2 how many at most, 3 message id, or empty for the oldest
-- Returns: { how many were replayed }
local dead, dead_ids, stream, retry = unpack(KEYS)
local group = ARGV[1]
expect(dead, 'stream')
expect(dead_ids, 'hash')
expect(stream, 'stream')
expect(retry, 'zset')

local letters
if ARGV[3] == '' then
  letters = redis.call('xrange', dead, '-', '+', 'count', tonumber(ARGV[2]))
else
  local id = redis.call('hget', dead_ids, ARGV[3])
  letters = id and redis.call('xrange', dead, id, id) or {}
end
if #letters > 0 and not group_of(stream, group) then
  redis.call('xgroup', 'create', stream, group, '0', 'mkstream')
end
local now = text_of(now_millis())
for _, letter in ipairs(letters) do
  local about = own_fields(letter[2])
  local copy = { 'queue~id', about['queue~id'], 'queue~sent', about['queue~sent'] }
  local id = redis.call('xadd', stream, '*', unpack(put_sent_fields(copy, sent_fields(letter[2]))))
  redis.call('xclaim', stream, group, parked, 0, id, 'force', 'justid')
  redis.call('zadd', retry, now, id)
  redis.call('xdel', dead, letter[1])
  if redis.call('hget', dead_ids, about['queue~id']) == letter[1] then
    redis.call('hdel', dead_ids, about['queue~id'])
  end
end
return { #letters }
