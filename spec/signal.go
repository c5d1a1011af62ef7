package spec

// Signal is a signal that a script delivers to one of its threads.
type Signal uint8

// The two signals that programs keep for themselves (signal(7)).
const (
	SIGUSR1 Signal = iota + 1
	SIGUSR2
	SignalCount
)

func (s Signal) String() string {
	switch s {
	case SIGUSR1:
		return "SIGUSR1"
	case SIGUSR2:
		return "SIGUSR2"
	}
	return "SIG?"
}

// Disposition is what a process has a signal do: the sa_handler and the
// SA_RESTART flag that sigaction(2) takes.
type Disposition uint8

const (
	SigDefault Disposition = iota // SIG_DFL: the process ends
	SigIgnore                     // SIG_IGN
	SigCatch                      // a handler, without SA_RESTART
	SigRestart                    // a handler, with SA_RESTART
)

func (d Disposition) String() string {
	switch d {
	case SigDefault:
		return "SIG_DFL"
	case SigIgnore:
		return "SIG_IGN"
	case SigCatch:
		return "a handler"
	case SigRestart:
		return "a handler with SA_RESTART"
	}
	return "disposition?"
}
