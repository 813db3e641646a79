"""What personal data is processed for, consent, retention, the rights of a person (个人信息权益)."""
