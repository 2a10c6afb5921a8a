export { ServerIpAddress, type ServerIpAddressArgs } from "./serverIpAddress";
