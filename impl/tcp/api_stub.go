package tcp

import (
	"time"

	"github.com/connspec/connspec/impl/wire"
)

type Conn struct{ state State }

func (c *Conn) Open(now time.Duration, cfg *Config, iss, tsOffset uint32)                  {}
func (c *Conn) Accept(now time.Duration, cfg *Config, iss, tsOffset uint32, syn *wire.TCP) {}
func (c *Conn) Handle(now time.Duration, seg *wire.TCP, payload []byte) Event              { return 0 }
func (c *Conn) Next(now time.Duration, seg *wire.TCP, room []byte) (n int, ok bool)        { return 0, false }
func (c *Conn) Deadline() (at time.Duration, ok bool)                                      { return 0, false }
func (c *Conn) Expire(now time.Duration) Event                                             { return 0 }
func (c *Conn) Write(now time.Duration, p []byte) int                                      { return 0 }
func (c *Conn) Read(now time.Duration, p []byte) int                                       { return 0 }
func (c *Conn) Peek(p []byte) int                                                          { return 0 }
func (c *Conn) CloseWrite(now time.Duration)                                               {}
func (c *Conn) CloseRead()                                                                 {}
func (c *Conn) Close(now time.Duration) Event                                              { return 0 }
func (c *Conn) Abort(now time.Duration)                                                    {}
func (c *Conn) Drop()                                                                      {}
func (c *Conn) State() State                                                               { return c.state }
func (c *Conn) EndedIn() State                                                             { return c.state }
func (c *Conn) Readable() int                                                              { return 0 }
func (c *Conn) Writable() int                                                              { return 0 }
func (c *Conn) Unacked() int                                                               { return 0 }
func (c *Conn) PeerClosed() bool                                                           { return false }
func (c *Conn) SetNoDelay(on bool)                                                         {}
func (c *Conn) SetSynRetries(n int)                                                        {}
func (c *Conn) SetUserTimeout(d time.Duration)                                             {}
func (c *Conn) SetKeepalive(now time.Duration, on bool)                                    {}
func (c *Conn) SetBuffers(snd, rcv int)                                                    {}
func (c *Conn) SetMTU(now time.Duration, mtu int)                                          {}
func (c *Conn) Quotes(seq uint32) bool                                                     { return false }
func (c *Conn) SuccessorISS() uint32                                                       { return 0 }
func (c *Conn) CopyTo(dst *Conn)                                                           {}
func (c *Conn) AppendState(b []byte) []byte                                                { return b }

func Listen(seg *wire.TCP) ListenVerdict                             { return ListenIgnore }
func ResetFor(seg *wire.TCP, payloadLen int) (rst wire.TCP, ok bool) { return }
func ISN(secret [16]byte, src, dst [16]byte, srcPort, dstPort uint16, now time.Duration) (iss, tsOffset uint32) {
	return
}
