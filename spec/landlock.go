package spec

// LandlockAccess are the rights that a Landlock ruleset of Linux handles. A
// ruleset here has no rules, so it denies all of them.
type LandlockAccess uint8

// The rights, by their names in <linux/landlock.h>.
const (
	LandlockBindTCP LandlockAccess = 1 << iota
	LandlockConnectTCP
	LandlockScopeAbstract // AF_UNIX sockets outside the domain, by their abstract names
	LandlockAll           = 1<<iota - 1
)
