package lab

import "fmt"

// Tier is a kind of network that a script can run on.
type Tier struct {
	Name      string // "sim", "loopback" or "wire"
	Available bool
	Reason    string // why not, and what to do about it, in one line
}

// String is one line of a report.
func (t Tier) String() string {
	if t.Available {
		return t.Name + ": yes"
	}
	return t.Name + ": no: " + t.Reason
}

// Missing is the error of [Enter] where no namespace can be had.
type Missing struct {
	What   string // what failed, with the system's error
	Remedy string // what the user can do
}

func (e *Missing) Error() string {
	if e.Remedy == "" {
		return e.What
	}
	return fmt.Sprintf("%s; %s", e.What, e.Remedy)
}
