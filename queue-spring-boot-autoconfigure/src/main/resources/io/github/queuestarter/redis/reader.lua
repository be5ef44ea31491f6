-- Notes that somebody reads a stream without a group, and tells where to read on.
-- KEYS: 1 stream, 2 groups
-- ARGV: 1 id of the entry that was read last, or '' at the beginning, 2 where to begin, as in position_before
-- Returns: { entry id after which to read on }
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
if ARGV[1] == '' then
  return { position_before(ARGV[2], last) }
end
-- A stream that was made anew, or a replica that lacks the last entries
return { less(last, ARGV[1]) and last or ARGV[1] }
