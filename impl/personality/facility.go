package personality

// Facilities are options and calls that some systems have and others do not.
type Facilities uint8

const (
	Signals      Facilities = 1 << iota // signals interrupt calls
	TimeOptions                         // SO_SNDTIMEO, SO_RCVTIMEO, SO_LINGER, SO_KEEPALIVE
	SharedPorts                         // SO_REUSEPORT
	LinuxOptions                        // those that only Linux has
	LinuxFiles                          // epoll, eventfd, O_PATH
	Connectx                            // connectx, disconnectx
	FastOpen                            // MSG_FASTOPEN and its options
)

// BSD's and POSIX's share of them.
const (
	posixFacilities = Signals | TimeOptions
	bsdFacilities   = posixFacilities | SharedPorts
)
