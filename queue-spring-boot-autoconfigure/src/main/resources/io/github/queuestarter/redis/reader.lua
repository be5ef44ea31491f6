-- Notes that somebody reads a stream without a group, and tells where to read on.
-- KEYS: 1 stream, 2 groups
-- ARGV: 1 id of the entry that was read last, or '' at the beginning, 2 where to begin, as in position_before
-- Returns: { entry id after which to read on, milliseconds since what comes next was added, or 0 }
local stream, groups, now = KEYS[1], KEYS[2], now_millis()
expect(stream, 'stream')
expect(groups, 'hash')
-- A write that is allowed at maxmemory, see keep_registrations
redis.call('persist', groups)
local marked = redis.call('hget', groups, 'reader')
if not marked or now - tonumber(marked) >= 50000 then
  redis.call('hset', groups, 'reader', text_of(now))
end
local last = last_generated(stream)
local position = ARGV[1]
if position == '' then
  position = position_before(ARGV[2], last)
elseif less(last, position) then
  -- A stream that was made anew, or a replica that lacks the last entries
  position = last
end
local behind, following = 0, redis.call('xrange', stream, '(' .. position, '+', 'count', 1)[1]
if following then
  behind = math.max(1, now - tonumber((parts_of(following[1]))))
end
return { position, behind }
