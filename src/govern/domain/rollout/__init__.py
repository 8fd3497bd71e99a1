"""The way forward: what opens, measures, signs and passes the borders of a packet."""
