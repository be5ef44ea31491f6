-- Removes entries that are beyond the limits of their queue, but never what a group has in
-- flight or retrying. Walks over the stream from its oldest entry on, in steps.
-- KEYS: 1 stream, 2 groups
-- ARGV: 1 greatest age (ms) or '', 2 greatest length or '', 3 '1' if what a group has not
--       claimed yet is removed, too, 4 id after which to go on or '', 5 how many entries the
--       steps before have left, 6 how many entries to look at,
--       7 milliseconds that entries are kept for a group that is lost
-- Returns: { how many finished ones were removed, how many others, id after which to go on
--   or '' at the end, how many entries the steps have left }
local stream, groups, lossy = KEYS[1], KEYS[2], ARGV[3] == '1'
local from, left, look = ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local pending_limit = 1000
if redis.call('type', stream).ok ~= 'stream' then
  return { 0, 0, '', 0 }
end

local now = now_millis()
local oldest = ARGV[1] ~= '' and text_of(math.max(0, now - tonumber(ARGV[1]))) .. '-0'
local excess = ARGV[2] ~= '' and redis.call('xlen', stream) - tonumber(ARGV[2]) - left or 0
local page = redis.call('xrange', stream, from == '' and '-' or '(' .. from, '+', 'count', look)
local beyond = {}
for i, entry in ipairs(page) do
  if i > excess and not (oldest and less(entry[1], oldest)) then
    break
  end
  beyond[i] = entry[1]
end
if #beyond == 0 then
  return { 0, 0, '', 0 }
end

local positions, found, pending, too_many = {}, {}, {}, false
for _, group in ipairs(groups_of(stream)) do
  found[group['name']] = true
  positions[#positions + 1] = group['last-delivered-id']
  local held = redis.call('xpending', stream, group['name'], beyond[1], beyond[#beyond], pending_limit)
  too_many = too_many or #held == pending_limit
  for _, one in ipairs(held) do
    pending[one[1]] = true
  end
end
local has_groups = #positions > 0
for _, low in pairs(lost_groups(groups, found, now, tonumber(ARGV[7]))) do
  positions[#positions + 1] = low
end

local function read_by_all(id)
  for _, position in ipairs(positions) do
    if less(position, id) then
      return false
    end
  end
  return has_groups
end

local removed, finished, unread = {}, 0, 0
for _, id in ipairs(beyond) do
  local read = read_by_all(id)
  if not read and not lossy then
    -- Nor is anything after it finished
    look = #beyond + 1
    break
  end
  if too_many or pending[id] then
    left = left + 1
  else
    removed[#removed + 1] = id
    finished = finished + (read and 1 or 0)
    unread = unread + (read and 0 or 1)
  end
end
if unread > 0 then
  -- From now on the lag that the server tells is too high, for good. First a write that is
  -- allowed at maxmemory, see keep_registrations
  redis.call('persist', groups)
  redis.call('hset', groups, 'unread-removed', '1')
end
if #removed > 0 then
  redis.call('xdel', stream, unpack(removed))
end
if #beyond < look then
  return { finished, unread, '', 0 }
end
return { finished, unread, beyond[#beyond], left }
