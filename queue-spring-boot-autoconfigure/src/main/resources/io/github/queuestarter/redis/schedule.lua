-- Keeps a message until its time has come.
-- KEYS: 1 scheduled, 2 bodies
-- ARGV: 1 message id, 2 'in' or 'at', 3 milliseconds, then fields and values
-- Returns: { milliseconds until then }
expect(KEYS[1], 'zset')
expect(KEYS[2], 'hash')
local now = now_millis()
local due = tonumber(ARGV[3])
if ARGV[2] == 'in' then
  due = now + due
end
local body = { unpack(ARGV, 4) }
body[#body + 1] = 'sent'
body[#body + 1] = text_of(now)
-- A repeated call finds the message there
if redis.call('hsetnx', KEYS[2], ARGV[1], cmsgpack.pack(body)) == 1 then
  redis.call('zadd', KEYS[1], text_of(due), ARGV[1])
end
return { math.max(0, due - now) }
