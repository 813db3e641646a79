"""Messages (消息): what people are told, in two languages, once; a person may read it before it leaves."""
