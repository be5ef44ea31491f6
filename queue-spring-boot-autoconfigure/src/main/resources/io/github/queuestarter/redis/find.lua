-- Looks for the entry of a message.
-- KEYS: 1 stream
-- ARGV: 1 message id, 2 '-' or '(' and the id after which to look, 3 how many entries to look at
-- Returns: { id of the entry or '', id after which to go on or '' at the end }
local look = tonumber(ARGV[3])
if redis.call('type', KEYS[1]).ok ~= 'stream' then
  return { '', '' }
end
local page = redis.call('xrange', KEYS[1], ARGV[2], '+', 'count', look)
for _, entry in ipairs(page) do
  local fields = map_of(entry[2])
  if fields['id'] == ARGV[1] and fields['payload'] then
    return { entry[1], '' }
  end
end
return { '', #page == look and page[#page][1] or '' }
