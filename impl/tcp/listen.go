package tcp

// ListenVerdict says what a listening socket does with a segment for which
// there is no connection yet (RFC 9293 section 3.10.7.2).
type ListenVerdict uint8

const (
	ListenIgnore ListenVerdict = iota // nothing is sent
	ListenReset                       // answer with ResetFor
	ListenAccept                      // a SYN: make a Conn with Accept
)
