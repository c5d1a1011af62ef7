package capture

import (
	"time"

	"github.com/connspec/connspec/hwtarget"
)

// NIC captures what another one sends and receives. The Writer stays the
// caller's, who closes it after the NIC.
type NIC struct {
	hwtarget.NIC
	w     *Writer
	clock func() time.Duration
}

// Wrap captures nic's frames with the times that clock gives.
func Wrap(nic hwtarget.NIC, w *Writer, clock func() time.Duration) *NIC {
	return &NIC{NIC: nic, w: w, clock: clock}
}

// Send implements [hwtarget.NIC]. The frames sent are captured before those
// that they are answered with.
func (n *NIC) Send(frames [][]byte) (int, error) {
	now := n.clock()
	sent, err := n.NIC.Send(frames)
	for _, f := range frames[:sent] {
		n.w.Write(Frame{At: now, Direction: Out, Data: n.bare(f)}) // the error is kept for Close
	}
	return sent, err
}

// Recv implements [hwtarget.NIC].
func (n *NIC) Recv(frames [][]byte) (int, error) {
	k, err := n.NIC.Recv(frames)
	if k > 0 {
		now := n.clock()
		for _, f := range frames[:k] {
			n.w.Write(Frame{At: now, Direction: In, Data: n.bare(f)})
		}
	}
	return k, err
}

// bare is a frame without what a NIC that offloads has in front of it: what is
// captured may be larger than what the wire carries, as with any capture above
// an offload.
func (n *NIC) bare(frame []byte) []byte {
	if n.Offload().Largest > 0 {
		return frame[min(len(frame), hwtarget.OffloadHeaderSize):]
	}
	return frame
}
