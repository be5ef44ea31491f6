-- Moves scheduled messages whose time has come to their stream.
-- KEYS: 1 consumers, 2 stream, 3 scheduled, 4 bodies
-- ARGV: 1 ttl of registrations (ms), 2 how many at most
-- Returns: { how many, milliseconds until the next is due or -1 }
local consumers, stream, scheduled, bodies = unpack(KEYS)
expect(stream, 'stream')
expect(bodies, 'hash')
local now = now_millis()
local due = redis.call('zrangebyscore', scheduled, '-inf', text_of(now), 'limit', 0, tonumber(ARGV[2]))
if #due > 0 then
  keep_registrations(consumers, ARGV[1])
end
for _, id in ipairs(due) do
  local body = redis.call('hget', bodies, id)
  if body then
    redis.call('xadd', stream, '*', unpack(cmsgpack.unpack(body)))
    redis.call('hdel', bodies, id)
  end
  redis.call('zrem', scheduled, id)
end
local first = redis.call('zrange', scheduled, 0, 0, 'withscores')
if not first[2] then
  return { #due, -1 }
end
return { #due, math.max(0, tonumber(first[2]) - now) }
