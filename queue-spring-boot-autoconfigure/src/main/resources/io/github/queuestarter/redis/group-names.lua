-- Names the groups of a stream.
-- KEYS: 1 stream
-- Returns: { name, ... }
local names = {}
for _, group in ipairs(groups_of(KEYS[1])) do
  names[#names + 1] = group['name']
end
return names
