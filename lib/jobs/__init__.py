"""Work that needs several rooms: provisioning, audio, retention, erasure, alerts."""
