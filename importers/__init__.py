"""Files of other platforms in, commands out; every bad row is reported, and a second run changes nothing."""
